import os
import pickle
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import requests
import yaml
from flask import Blueprint, abort, jsonify, redirect, request, send_file
from werkzeug.utils import secure_filename

from signing import signed_in

files = Blueprint("files", __name__, url_prefix="/files")
FOLDER = Path("/srv/desk")
MIRRORS = ("https://a.example/feed", "https://b.example/feed")


@files.get("/raw")
@signed_in
def raw():
    return send_file(os.path.join("/srv/desk", request.args["name"]))  # fault: path-traversal


@files.get("/safe")
@signed_in
def safe():
    return send_file(FOLDER / secure_filename(request.args["name"]))


@files.post("/convert")
@signed_in
def convert():
    subprocess.run(f"convert {request.form['name']} out.png", shell=True, check=True)  # fault: command-injection
    return "", 204


@files.post("/scale")
@signed_in
def scale():
    subprocess.run(["convert", "--", request.form["name"], "out.png"], check=True)
    return "", 204


@files.post("/fetch")
@signed_in
def fetch():
    return jsonify(text=requests.get(request.form["url"], timeout=5).text)  # fault: server-side-request-forgery


@files.post("/mirror")
@signed_in
def mirror():
    address = request.form["url"]
    if address not in MIRRORS:
        abort(422)
    return jsonify(text=requests.get(address, timeout=5).text)


@files.post("/restore")
@signed_in
def restore():
    return jsonify(count=len(pickle.loads(request.data)))  # fault: unsafe-deserialization


@files.post("/settings")
@signed_in
def settings():
    return jsonify(count=len(yaml.safe_load(request.data)))


@files.get("/go")
def go():
    return redirect(request.args["next"])  # fault: open-redirect


@files.get("/home")
def home():
    target = request.args["next"]
    if urlsplit(target).netloc:
        abort(400)
    return redirect(target)


@files.post("/count")
@signed_in
def count():
    try:
        return jsonify(count=len(os.listdir(FOLDER)))
    except Exception as error:
        return jsonify(error=str(error)), 500  # fault: error-detail-leaked
