using System.Runtime.InteropServices;

namespace Pryx.Core.Secrets.Keychain;

/// <summary>
/// The Secret Service of a Linux desktop, through libsecret. Each call waits for the service, and for a person where the collection is locked:
/// it is made on a thread that may wait, and ends when its token says so.
/// </summary>
internal static unsafe partial class SecretService
{
    private const string Library = "libsecret-1.so.0";
    private const string Glib = "libglib-2.0.so.0";
    private const string Gio = "libgio-2.0.so.0";
    private const string GObject = "libgobject-2.0.so.0";
    private const int Attributes = 32;

    // One for the process: libsecret keeps pointers to it.
    private static readonly Lazy<nint> Schema = new(CreateSchema);

    /// <exception cref="KeychainException">It can not be reached, or says no.</exception>
    /// <exception cref="DllNotFoundException">libsecret is not installed.</exception>
    public static void Store(string place, string name, string value, CancellationToken cancellationToken) => Call(place, name, (table, cancel) =>
    {
        nint error = 0;
        if (secret_password_storev_sync(Schema.Value, table, null, $"Pryx: {name}", value, cancel, ref error) == 0)
        {
            throw Trouble(error);
        }
        return true;
    }, cancellationToken);

    /// <returns>Null when there is none.</returns>
    public static string? Find(string place, string name, CancellationToken cancellationToken) => Call(place, name, (table, cancel) =>
    {
        nint error = 0;
        var found = secret_password_lookupv_sync(Schema.Value, table, cancel, ref error);
        if (error != 0)
        {
            throw Trouble(error);
        }
        try
        {
            return Marshal.PtrToStringUTF8(found);
        }
        finally
        {
            // Takes a null, and overwrites what it frees.
            secret_password_free(found);
        }
    }, cancellationToken);

    /// <returns>False when there was none.</returns>
    public static bool Delete(string place, string name, CancellationToken cancellationToken) => Call(place, name, (table, cancel) =>
    {
        nint error = 0;
        var isGone = secret_password_clearv_sync(Schema.Value, table, cancel, ref error);
        return error == 0 ? isGone != 0 : throw Trouble(error);
    }, cancellationToken);

    private static T Call<T>(string place, string name, Func<nint, nint, T> call, CancellationToken cancellationToken)
    {
        var table = g_hash_table_new(Export("g_str_hash"), Export("g_str_equal"));
        var cancel = g_cancellable_new();
        nint[] texts = [Marshal.StringToCoTaskMemUTF8("place"), Marshal.StringToCoTaskMemUTF8(place), Marshal.StringToCoTaskMemUTF8("name"), Marshal.StringToCoTaskMemUTF8(name)];
        try
        {
            g_hash_table_insert(table, texts[0], texts[1]);
            g_hash_table_insert(table, texts[2], texts[3]);
            using var registration = cancellationToken.Register(() => g_cancellable_cancel(cancel));
            return call(table, cancel);
        }
        finally
        {
            g_hash_table_unref(table);
            g_object_unref(cancel);
            foreach (var text in texts)
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    private static KeychainException Trouble(nint error)
    {
        if (error == 0)
        {
            return new("the service gave no reason");
        }
        var message = Marshal.PtrToStringUTF8(((GError*)error)->Message) ?? "the service gave no reason";
        g_error_free(error);
        return new(message);
    }

    // {name, flags, 32 × {name, type}, reserved}: with padding behind the flags and the types.
    private static nint CreateSchema()
    {
        var schema = (byte*)NativeMemory.AllocZeroed((nuint)(16 + Attributes * 16 + 8 * 8 + 64));
        *(nint*)schema = Marshal.StringToCoTaskMemUTF8("dev.pryx.Secret");
        *(nint*)(schema + 16) = Marshal.StringToCoTaskMemUTF8("place");
        *(nint*)(schema + 32) = Marshal.StringToCoTaskMemUTF8("name");
        return (nint)schema;
    }

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.Load(Glib), name);

    [StructLayout(LayoutKind.Sequential)]
    private struct GError
    {
        public uint Domain;
        public int Code;
        public nint Message;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int secret_password_storev_sync(nint schema, nint attributes, string? collection, string label, string password, nint cancellable, ref nint error);

    [LibraryImport(Library)]
    private static partial nint secret_password_lookupv_sync(nint schema, nint attributes, nint cancellable, ref nint error);

    [LibraryImport(Library)]
    private static partial int secret_password_clearv_sync(nint schema, nint attributes, nint cancellable, ref nint error);

    [LibraryImport(Library)]
    private static partial void secret_password_free(nint password);

    [LibraryImport(Glib)]
    private static partial nint g_hash_table_new(nint hash, nint equal);

    [LibraryImport(Glib)]
    private static partial void g_hash_table_insert(nint table, nint key, nint value);

    [LibraryImport(Glib)]
    private static partial void g_hash_table_unref(nint table);

    [LibraryImport(Glib)]
    private static partial void g_error_free(nint error);

    [LibraryImport(Gio)]
    private static partial nint g_cancellable_new();

    [LibraryImport(Gio)]
    private static partial void g_cancellable_cancel(nint cancellable);

    [LibraryImport(GObject)]
    private static partial void g_object_unref(nint value);
}

/// <summary>The keychain can not be reached or says no; the message is the service's own.</summary>
internal sealed class KeychainException(string message) : Exception(message);
