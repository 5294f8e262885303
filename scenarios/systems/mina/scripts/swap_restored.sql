-- Puts the restored database in the place of the one that is there, which is kept under another name.
-- Nobody may connect meanwhile, and whoever still is connected is thrown out: a rename waits for nobody.
ALTER DATABASE mina_production ALLOW_CONNECTIONS false;
SELECT count(pg_terminate_backend(pid)) AS thrown_out FROM pg_stat_activity WHERE datname = 'mina_production';
ALTER DATABASE mina_production RENAME TO mina_production_replaced;
ALTER DATABASE mina_production_restored RENAME TO mina_production;
