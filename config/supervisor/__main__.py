import importlib
import sys

from config.environment import BadSetting

try:
    supervisor = importlib.import_module("config.supervisor.supervisor")
except BadSetting as error:
    sys.exit(f"lightbox | {error}")
sys.exit(supervisor.main())
