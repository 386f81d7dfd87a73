from flask import Flask
from flask_cors import CORS

from accounts import accounts
from articles import articles
from files import files
from tickets import tickets


def create_app():
    app = Flask(__name__)
    app.config.from_prefixed_env()
    CORS(app, origins="*", supports_credentials=True)  # fault: permissive-cors
    for blueprint in (accounts, articles, files, tickets):
        app.register_blueprint(blueprint)
    return app


if __name__ == "__main__":
    create_app().run(debug=True)
