"""SYSTEM_NAME. gunicorn and flask both start from `app`.

The core gives health, sessions, login and metrics. Give `create_app` blueprints of your own, from modules beside this
file, for everything else: `create_app((orders.blueprint,))`.
"""

from service.app import create_app

app = create_app()
