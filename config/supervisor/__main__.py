import sys

from config.supervisor.supervisor import main

sys.exit(main())
