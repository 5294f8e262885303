-- As many pieces of sessions as `--rows` asks for, of a kilobyte each; a session for every ten thousand of them.
INSERT INTO sessions (id, client, seq, body)
SELECT 'filled-' || n, 'fill', n, 'a long one'
FROM generate_series(0, current_setting('drill.rows')::bigint / 10000) AS n;

INSERT INTO segments (id, session_id, seq, text)
SELECT 'filled-' || n, 'filled-' || n / 10000, n % 10000, (
    SELECT string_agg(md5(n || '-' || piece), '') FROM generate_series(1, 30) AS piece
)
FROM generate_series(1, current_setting('drill.rows')::bigint) AS n;
