using Pryx.Protocol.Errors;

namespace Pryx.Core.Backup;

/// <summary>Why a backup can not be used, with what to do.</summary>
internal static class BackupErrors
{
    public static PryxException Damaged(string path, string why, Exception? inner = null) =>
        new("BACKUP_DAMAGED", $"{path} is no whole backup: {why}. Nothing was taken from it.", "use another one: pryx backup list", inner);

    public static PryxException Hostile(string path, string why) =>
        new("BACKUP_REFUSED", $"{path} was not unpacked: {why}.", "use a file that pryx backup create or pryx export has written, and that nobody has changed");

    public static PryxException TooNew(string path, int schema, int known) =>
        new("BACKUP_TOO_NEW", $"{path} was written by a newer Pryx (schema {schema}; this one knows {known}).", "update Pryx, then restore it");
}
