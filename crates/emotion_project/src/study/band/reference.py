# The band of band.rs with numpy. Reads viewers' curves and draws as JSON, prints [mean, low, high] for each second.
import json
import sys

import numpy as np

PRIOR, LEVEL = 8.0, 0.95

data = json.load(sys.stdin)
curves = np.array(data["curves"], dtype=float)  # viewers x seconds; null is NaN
draws = np.array(data["draws"], dtype=float)  # draws x viewers


def standard_error(variance, count):
    pooled = variance.mean(axis=-1, keepdims=True)
    moderated = (PRIOR * pooled + (count - 1) * variance) / (PRIOR + count - 1)
    return np.sqrt(moderated / count)


count = np.sum(~np.isnan(curves), axis=0)
mean = np.nanmean(curves, axis=0)
variance = np.nanvar(curves, axis=0, ddof=1)

seen = ~np.isnan(curves)
centred = np.where(seen, curves - mean, 0.0)
drawn_count = draws @ seen
drawn_mean = draws @ centred / drawn_count
drawn_variance = (draws @ centred**2 - drawn_count * drawn_mean**2) / (drawn_count - 1)
distance = np.abs(drawn_mean) / standard_error(drawn_variance, drawn_count)
critical = np.quantile(distance.max(axis=1), LEVEL)

half = critical * standard_error(variance, count)
print(json.dumps(np.stack([mean, mean - half, mean + half], axis=1).tolist()))
