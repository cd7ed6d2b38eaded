//! The tables, and how older files are brought up to date.

use rusqlite::{Connection, TransactionBehavior};

/// Marks the file as a pacegate history, at byte 68 (`pace` in ASCII).
const APPLICATION_ID: i32 = 0x7061_6365;

/// One script a version, applied in order: the first makes version 1 of an empty file, the second
/// version 2 of version 1. Never edited once released.
pub(super) const MIGRATIONS: &[&str] = &[include_str!("v1.sql"), include_str!("v2.sql")];

/// Why the schema could not be brought up to date.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another program's database.
    Foreign,
    /// A newer version of ours.
    Newer { found: u32, known: u32 },
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Refused::Sqlite(error)
    }
}

/// Applies the migrations that the file lacks, all or none; a file that is up to date, newer or
/// another program's is not written.
pub(super) fn migrate(connection: &mut Connection, migrations: &[&str]) -> Result<(), Refused> {
    if missing(connection, migrations)?.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have migrated since.
    let missing = missing(&transaction, migrations)?;
    for script in missing {
        transaction.execute_batch(script)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", version(migrations))?;
    Ok(transaction.commit()?)
}

/// The migrations that the file lacks.
fn missing<'a>(
    connection: &Connection,
    migrations: &'a [&'a str],
) -> Result<&'a [&'a str], Refused> {
    // One statement, so that all three are of one moment.
    let (application, user_version, objects): (i32, i32, i64) = connection.query_row(
        "SELECT (SELECT application_id FROM pragma_application_id),
                (SELECT user_version FROM pragma_user_version),
                (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| row.try_into(),
    )?;
    let is_empty = application == 0 && user_version == 0 && objects == 0;
    let Ok(found) = u32::try_from(user_version) else { return Err(Refused::Foreign) };
    if application != APPLICATION_ID && !is_empty {
        return Err(Refused::Foreign);
    }
    let newer = Refused::Newer { found, known: version(migrations) };
    usize::try_from(found).ok().and_then(|found| migrations.get(found..)).ok_or(newer)
}

/// The version that the migrations lead to: their number, which is small.
fn version(migrations: &[&str]) -> u32 {
    u32::try_from(migrations.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: &str = "CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('next');";

    fn notes(connection: &Connection) -> Option<i64> {
        connection.query_row("SELECT count(*) FROM note", [], |row| row.get(0)).ok()
    }

    #[test]
    fn each_migration_is_applied_once_and_in_order() {
        let mut connection = Connection::open_in_memory().unwrap();
        let next = [MIGRATIONS, &[NEXT]].concat();
        migrate(&mut connection, MIGRATIONS).unwrap();
        assert_eq!(notes(&connection), None);
        for _ in 0..2 {
            migrate(&mut connection, &next).unwrap();
            assert_eq!(notes(&connection), Some(1));
        }
        let newer = migrate(&mut connection, MIGRATIONS).unwrap_err();
        let known = version(MIGRATIONS);
        assert!(
            matches!(newer, Refused::Newer { found, known: k } if found == known + 1 && k == known)
        );
    }

    #[test]
    fn a_migration_that_fails_leaves_the_old_version() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, MIGRATIONS).unwrap();
        let failing = [MIGRATIONS, &[NEXT, "CREATE TABLE note (twice TEXT);"]].concat();
        assert!(matches!(migrate(&mut connection, &failing), Err(Refused::Sqlite(_))));
        assert_eq!(notes(&connection), None);
        migrate(&mut connection, MIGRATIONS).unwrap();
    }

    #[test]
    fn databases_of_others_are_not_written() {
        for sql in [
            "CREATE TABLE t (a)",
            "PRAGMA application_id = 7",
            "PRAGMA user_version = 1",
            "PRAGMA application_id = 0x70616365; PRAGMA user_version = -1",
        ] {
            let mut connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(sql).unwrap();
            connection.pragma_update(None, "query_only", true).unwrap();
            assert!(matches!(migrate(&mut connection, MIGRATIONS), Err(Refused::Foreign)), "{sql}");
        }
    }
}
