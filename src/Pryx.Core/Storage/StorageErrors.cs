using Microsoft.Data.Sqlite;
using Pryx.Protocol.Errors;
using SQLitePCL;

namespace Pryx.Core.Storage;

/// <summary>What SQLite and the file system say, as errors a person can act on.</summary>
internal static class StorageErrors
{
    public static bool IsCorrupt(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>Anything that is not the store's trouble (a constraint, a mistake in SQL) comes back unchanged: it is a bug.</summary>
    public static Exception Translate(Exception e, string path) => e switch
    {
        SqliteException sqlite => Translate(sqlite, path),
        UnauthorizedAccessException => ReadOnly(path, e),
        IOException io when IsDiskFull(io) => Full(path, e),
        IOException => Unreachable(path, e),
        _ => e,
    };

    public static PryxException TooNew(string path, int found, int known) => new(
        "STORAGE_TOO_NEW",
        $"{path} was written by a newer Pryx (schema {found}; this one knows {known}).",
        "Update Pryx, or point PRYX_DATA_DIR at another folder.");

    public static PryxException NearlyFull(string path) => new(
        "STORAGE_FULL",
        $"The disk that holds {path} is full, or nearly.",
        "Free some space. Everything stored before is intact.");

    public static PryxException CorruptInUse(string path, Exception? inner = null) => new(
        "STORAGE_CORRUPT",
        $"{path} is damaged, and another Pryx has it open.",
        "Stop every other Pryx and run this again: the file is then set aside and a new one is begun.",
        inner);

    private static Exception Translate(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => Full(path, e),
        raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => ReadOnly(path, e),
        raw.SQLITE_CANTOPEN => Unreachable(path, e),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new PryxException(
            "STORAGE_CORRUPT",
            $"{path} is damaged ({e.Message}).",
            "Start Pryx again: it checks the file, sets it aside if it can not be read, and begins a new one.",
            e),
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new PryxException(
            "STORAGE_BUSY",
            $"{path} stayed locked by another process.",
            "Try again; if it goes on, find the process that holds it (fuser, or the Resource Monitor).",
            e),
        raw.SQLITE_IOERR => new PryxException(
            "STORAGE_IO",
            $"The disk failed while {path} was read or written ({e.Message}).",
            "Check the disk and the free space. Nothing that was confirmed is lost.",
            e),
        _ => e,
    };

    private static PryxException Full(string path, Exception inner) => new(
        "STORAGE_FULL",
        $"The disk that holds {path} is full: this was not stored.",
        "Free some space and try again. Everything stored before is intact.",
        inner);

    private static PryxException ReadOnly(string path, Exception inner) => new(
        "STORAGE_READ_ONLY",
        $"Pryx may not write to {path}.",
        "Make the folder writable for this user, or set PRYX_DATA_DIR to one that is.",
        inner);

    private static PryxException Unreachable(string path, Exception inner) => new(
        "STORAGE_UNREACHABLE",
        $"{path} can not be opened ({inner.Message}).",
        "Check that the folder exists and that this user may write to it, or set PRYX_DATA_DIR to another one.",
        inner);

    /// <summary>True when another process, or another part of this one, holds the file in a way that excludes us.</summary>
    // EWOULDBLOCK is 11 on Linux and 35 on macOS; ERROR_SHARING_VIOLATION is 32.
    public static bool IsHeldElsewhere(IOException e) => e.GetType() == typeof(IOException) && (e.HResult & 0xFFFF) is var code
        && (OperatingSystem.IsWindows() ? code == 32 : OperatingSystem.IsMacOS() ? code == 35 : code == 11);

    // ENOSPC is 28 on Linux and macOS; ERROR_DISK_FULL is 112, in the low word of a Windows HRESULT.
    private static bool IsDiskFull(IOException e) => OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 112 : e.HResult == 28;
}
