"""Evidence to documents: summary, terminal table, HTML page, charts, Allure. Reads a run's folder, never the world."""
