"""Reads the faces of a picture: analyze.py SERVER PICTURE"""
import json
import sys
import urllib.request

server, picture = sys.argv[1:]
with open(picture, "rb") as file:
    request = urllib.request.Request(f"{server}/v1/analyze", file.read(), {"Content-Type": "image/png"})
# With keys: request.add_header("Authorization", f"Bearer {key}")
try:
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
except urllib.error.HTTPError as error:
    sys.exit(json.load(error)["detail"])
for face in answer["pictures"][0]["faces"]:
    box = face["bbox_in_frame"]
    print(f"{face['dominant']} {face['confidence']:.2f} at {box['x']:.0f},{box['y']:.0f}")
