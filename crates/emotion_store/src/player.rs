//! Playback: the position in a recording, and what happens up to the next one. It has no clock.

use std::time::Duration;

use super::{Moment, Recording, What};

/// Plays a recording: all its channels, in order of time. It begins before the first moment.
#[derive(Debug, Default)]
pub struct Player {
    position: Duration,
    /// The first moment that has not happened yet.
    next: usize,
}

/// What happens while a recording is played.
#[derive(Debug, PartialEq)]
pub enum Step<'a> {
    /// A moment of the recording.
    Moment(&'a Moment),
    /// The recording starts over.
    Again,
}

/// In one call of [`Player::advance`] a recording is played this often at most.
const MOST_ROUNDS: u32 = 100;

impl Player {
    /// Time since the start of the recording.
    pub fn position(&self) -> Duration {
        self.position
    }

    /// Whether there is nothing left to play.
    pub fn is_at_end(&self, recording: &Recording) -> bool {
        self.position >= recording.length && self.next >= recording.moments.len()
    }

    /// Advances by `time` and calls `on_step` for what happens up to and including the new position.
    /// Moments at the very start happen in the first call, even if `time` is zero.
    pub fn advance(
        &mut self,
        recording: &Recording,
        time: Duration,
        repeat: bool,
        mut on_step: impl FnMut(Step),
    ) {
        let length = recording.length;
        let mut left = time;
        for _ in 0..MOST_ROUNDS {
            let target = self.position.saturating_add(left).min(length);
            left = left.saturating_sub(target.saturating_sub(self.position));
            while let Some(moment) = recording.moments.get(self.next)
                && moment.at <= target
            {
                on_step(Step::Moment(moment));
                self.next += 1;
            }
            self.position = target;
            if !repeat || left.is_zero() || length.is_zero() {
                return;
            }
            on_step(Step::Again);
            (self.position, self.next) = (Duration::ZERO, 0);
        }
    }

    /// Jumps to `position`, or to the end if that is earlier. Returns the frames of the `window`
    /// before it, but none from before the last change of a source, and whether the sources are the
    /// same as at the position before.
    pub fn seek(
        &mut self,
        recording: &Recording,
        position: Duration,
        window: Duration,
    ) -> (Vec<Moment>, bool) {
        let moments = &recording.moments;
        let position = position.min(recording.length);
        let next = moments.partition_point(|moment| moment.at <= position);
        let now = self.next.min(moments.len());
        let between = now.min(next)..now.max(next);
        let is_change = |moment: &Moment| moment.what == What::NewSource;
        let same_source = !moments[between].iter().any(is_change);
        let start = position.saturating_sub(window);
        let first = moments.partition_point(|moment| moment.at < start);
        let source = moments[..next].iter().rposition(is_change).map_or(0, |index| index + 1);
        let before = moments[first.max(source).min(next)..next].to_vec();
        (self.position, self.next) = (position, next);
        (before, same_source)
    }
}

#[cfg(test)]
mod tests {
    use emotion_core::Analysis;

    use super::*;
    use crate::Channel;

    const STEP: Duration = Duration::from_millis(100);

    /// A frame each 100 ms, from 0 to 0.9 s; another source from frame 5 on; 1 s long.
    fn recording() -> Recording {
        let mut moments: Vec<_> = (0..10)
            .map(|number| {
                let analysis = Analysis { sequence: number, ..Analysis::default() };
                Moment::new(STEP * number as u32, What::Frame { frame_size: (1, 1), analysis })
            })
            .collect();
        moments.insert(5, Moment::new(STEP * 5, What::NewSource));
        let length = Duration::from_secs(1);
        Recording { moments, length, ..Recording::default() }
    }

    fn name(step: Step) -> String {
        match step {
            Step::Again => "again".to_owned(),
            Step::Moment(Moment { what: What::NewSource, .. }) => "source".to_owned(),
            Step::Moment(Moment { what: What::Frame { analysis, .. }, .. }) => {
                analysis.sequence.to_string()
            }
        }
    }

    /// A player and what it plays.
    struct Playing(Player, Recording);

    fn player() -> Playing {
        Playing(Player::default(), recording())
    }

    fn played(playing: &mut Playing, time: Duration, repeat: bool) -> String {
        let mut names = Vec::new();
        playing.0.advance(&playing.1, time, repeat, |step| names.push(name(step)));
        names.join(" ")
    }

    #[test]
    fn what_is_due_happens_in_order() {
        let mut player = player();
        assert_eq!(played(&mut player, Duration::ZERO, false), "0");
        assert_eq!(played(&mut player, STEP / 2, false), "");
        assert_eq!(played(&mut player, STEP * 4, false), "1 2 3 4");
        assert_eq!(played(&mut player, STEP * 10, false), "source 5 6 7 8 9");
        assert!(player.0.is_at_end(&player.1));
        assert_eq!(player.0.position(), Duration::from_secs(1));
        assert_eq!(played(&mut player, STEP, false), "");
    }

    #[test]
    fn it_begins_anew_where_the_end_was_passed() {
        let mut player = player();
        played(&mut player, STEP * 9, true);
        assert_eq!(played(&mut player, STEP, true), "", "the end itself is not passed");
        assert_eq!(played(&mut player, STEP, true), "again 0 1");
        assert_eq!(player.0.position(), STEP);
        let twice = played(&mut player, Duration::from_secs(2), true);
        assert_eq!(twice.matches("again").count(), 2);
        let mut empty = Playing(Player::default(), Recording::default());
        assert_eq!(played(&mut empty, STEP, true), "");
        assert!(empty.0.is_at_end(&empty.1));
    }

    #[test]
    fn all_channels_are_played_in_order_of_time() {
        let Playing(player, mut recording) = player();
        recording.info.channels.push(Channel { id: 7, ..Channel::default() });
        let mut second = recording.clone();
        second.moments.retain(|moment| moment.what != What::NewSource);
        for moment in &mut second.moments {
            moment.channel = 7;
            moment.at += STEP / 2;
            if let What::Frame { analysis, .. } = &mut moment.what {
                analysis.sequence += 70;
            }
        }
        recording.moments.extend(second.moments);
        recording.moments.sort_by_key(|moment| moment.at);
        let mut playing = Playing(player, recording);
        assert_eq!(played(&mut playing, STEP * 2, false), "0 70 1 71 2");
        let (before, _) = playing.0.seek(&playing.1, STEP * 4, STEP);
        let channels: Vec<_> = before.iter().map(|moment| moment.channel).collect();
        assert_eq!(channels, [0, 7, 0]);
    }

    #[test]
    fn a_seek_gives_what_leads_there() {
        let mut player = player();
        let sequences = |moments: Vec<Moment>| -> Vec<String> {
            moments.iter().map(|moment| name(Step::Moment(moment))).collect()
        };
        let (before, same) = player.0.seek(&player.1, STEP * 3, STEP * 2);
        assert_eq!((sequences(before).join(" "), same), ("1 2 3".to_owned(), true));
        let (before, same) = player.0.seek(&player.1, STEP * 7, STEP * 20);
        assert_eq!((sequences(before).join(" "), same), ("5 6 7".to_owned(), false));
        assert_eq!(played(&mut player, STEP, false), "8");
        let (before, same) = player.0.seek(&player.1, STEP * 6, STEP);
        assert_eq!((sequences(before).join(" "), same), ("5 6".to_owned(), true));
        player.0.seek(&player.1, STEP * 99, STEP);
        assert!(player.0.is_at_end(&player.1));
    }
}
