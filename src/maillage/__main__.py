from maillage.config.cli import main

raise SystemExit(main())
