"""The library database: settings, models, migrations, access rules and the queries everything shares."""
