# The clusters of permutation.rs with numpy, for different viewers. Prints [from, to, mass, p] for each cluster.
import json
import sys

import numpy as np

data = json.load(sys.stdin)
first, second = np.array(data["first"]), np.array(data["second"])
viewers = np.concatenate([first, second])
freedom = len(viewers) - 2
assert freedom == 24
threshold = 2.0639  # the 97.5 % point of t with 24 degrees of freedom
draw = np.random.default_rng(1)



def clusters(a, b):
    squares = ((a - a.mean(0)) ** 2).sum(0) + ((b - b.mean(0)) ** 2).sum(0)
    t = (a.mean(0) - b.mean(0)) / np.sqrt(squares / freedom * (1 / len(a) + 1 / len(b)))
    sides = np.where(np.abs(t) > threshold, np.sign(t), 0)
    edges = np.flatnonzero(np.diff(sides, prepend=0, append=0))
    return [
        (int(start), int(end) - 1, float(t[start:end].sum()))
        for start, end in zip(edges[:-1], edges[1:])
        if sides[start] != 0
    ]


largest = []
for _ in range(2000):
    order = draw.permutation(len(viewers))
    a, b = viewers[order[: len(first)]], viewers[order[len(first) :]]
    largest.append(max((abs(mass) for _, _, mass in clusters(a, b)), default=0.0))
largest = np.array(largest)
found = [(*it, (1 + int((largest >= abs(it[2])).sum())) / 2001) for it in clusters(first, second)]
print(json.dumps(found))
