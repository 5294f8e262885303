-- As many exchanges as `--rows` asks for, of a kilobyte each.
INSERT INTO exchanges (id, message, reply, provider)
SELECT 'filled-' || n, 'what was said of ' || n, (
    SELECT string_agg(md5(n || '-' || piece), '') FROM generate_series(1, 30) AS piece
), 'filled'
FROM generate_series(1, current_setting('drill.rows')::bigint) AS n;
