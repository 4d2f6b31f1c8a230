# How much smiling changes over the weeks, within persons. Needs lme4: install.packages("lme4").
# For several people, put the rows of their tables below one another first.
library(lme4)

seconds <- read.csv("seconds.csv")

# What was not seen is missing, not zero. Seconds follow each other closely: means of sessions are what counts.
seen <- subset(seconds, !is.na(happy))
sessions <- aggregate(cbind(happy, week) ~ person + session, data = seen, FUN = mean)
sessions$seen <- aggregate(happy ~ person + session, data = seen, FUN = length)$happy

if (length(unique(sessions$person)) > 1) {
  # Each person has a level and a change of their own.
  model <- lmer(happy ~ week + (1 + week | person), data = sessions, weights = seen)
} else if (nrow(sessions) >= 5) {
  # One person: seconds within sessions.
  model <- lmer(happy ~ week + (1 | session), data = seen)
} else {
  stop("fewer than five sessions: too few to say")
}
print(summary(model))
print(confint(model, method = "Wald"))
