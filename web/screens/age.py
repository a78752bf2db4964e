"""Spreads what was seeded over the last weeks. Usage: age.py DATABASE (of a daemon that does not run)."""
import random
import sqlite3
import sys
from datetime import datetime, timedelta

random.seed(7)


def moved(at, back):
    """The same form, so that texts still sort as times do."""
    then = datetime.fromisoformat(at[:19] + "+00:00") - back
    return then.strftime("%Y-%m-%dT%H:%M:%S") + at[19:]


database = sqlite3.connect(sys.argv[1])
sessions = [row[0] for row in database.execute("select id from sessions order by created_at desc")]
for place, session in enumerate(sessions):
    if place < 4:
        continue
    # More of them lately, some in the same hour.
    back = timedelta(days=min(27, place * 0.45), hours=random.random() * 9)
    columns = [("turns", "started_at"), ("turns", "completed_at"), ("items", "created_at"), ("usage", "created_at"), ("sessions", "created_at"), ("sessions", "updated_at")]
    for table, column in columns:
        key = "id" if table == "sessions" else "session_id"
        for rowid, at in database.execute(f"select rowid, {column} from {table} where {key} = ? and {column} is not null", (session,)).fetchall():
            database.execute(f"update {table} set {column} = ? where rowid = ?", (moved(at, back), rowid))
    database.execute("update spans set start_ns = start_ns - ? where session_id = ?", (int(back.total_seconds() * 1e9), session))
    # Work of a day costs more than the script's one step.
    factor = random.choice([4, 9, 20, 45])
    database.execute("update usage set cost_usd = cost_usd * ?, tokens_in = tokens_in * ?, tokens_out = tokens_out * ? where session_id = ?", (factor, factor, factor, session))
    database.execute("update sessions set total_cost_usd = total_cost_usd * ? where id = ?", (factor, session))
database.commit()
