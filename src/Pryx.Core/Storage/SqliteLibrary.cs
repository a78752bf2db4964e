using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Pryx.Core.Storage;

/// <summary>Chooses the native SQLite: the system's when it is new enough, else the bundled one; AOT builds have theirs linked in.</summary>
public static class SqliteLibrary
{
    private const int OldestSystemVersion = 3_040_000;
    private static readonly Lock Gate = new();
    private static bool _isReady;

    /// <summary>The version in use, such as <c>3.40.1</c>.</summary>
    public static string Version
    {
        get
        {
            Prepare();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }

    /// <summary>True when the system's library serves; set by the first use.</summary>
    public static bool IsSystemLibrary { get; private set; }

    /// <summary>Must run before the first connection; later calls do nothing.</summary>
    internal static void Prepare()
    {
        lock (Gate)
        {
            if (_isReady)
            {
                return;
            }
            if (RuntimeFeature.IsDynamicCodeSupported)
            {
                NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, static (_, _, _) => FindSystemLibrary());
            }
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            _isReady = true;
        }
    }

    private static nint FindSystemLibrary()
    {
        var name = OperatingSystem.IsWindows() ? "winsqlite3.dll" : OperatingSystem.IsMacOS() ? "/usr/lib/libsqlite3.dylib" : "libsqlite3.so.0";
        if (!NativeLibrary.TryLoad(name, out var library))
        {
            return 0;
        }
        IsSystemLibrary = NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out var export) && VersionNumber(export) >= OldestSystemVersion;
        // Zero lets the runtime go on to the bundled library.
        return IsSystemLibrary ? library : 0;
    }

    private static unsafe int VersionNumber(nint export) => ((delegate* unmanaged[Cdecl]<int>)export)();
}
