using Microsoft.AspNetCore.Http;
using Pryx.Core.Http;
using Pryx.Protocol.Health;

namespace Pryx.Core.Health.Doctoring;

/// <summary><c>/api/v1/doctor</c>: looks at everything that Pryx needs, and says what to do where something is missing.</summary>
public sealed class DoctorEndpoints(Doctor doctor, SupportBundle bundle)
{
    private const string Root = "/api/v1/doctor";

    public void Map(ApiRoutes routes)
    {
        routes.Add(new("GET", Root, "Looks at core, database, keychain, sandbox, disk, clock, network, providers (one real call each), configuration and permissions; up to 15 s")
        { Scope = Scopes.Admin, Response = DoctorJson.Default.DoctorReport }, http => AnswerAsync(http, fixes: false));
        routes.Add(new("POST", Root + "/fix", "The same, and puts right what can be put right without losing anything")
        { Scope = Scopes.Admin, Response = DoctorJson.Default.DoctorReport }, http => AnswerAsync(http, fixes: true));
        routes.Add(new("GET", Root + "/bundle", "A ZIP archive for whoever helps: the report, the configuration and the end of the log, without secrets and without anything anybody wrote")
        { Scope = Scopes.Admin }, BundleAsync);
    }

    private async Task AnswerAsync(HttpContext http, bool fixes) => await http.WriteAsync(await doctor.LookAsync(fixes, http.RequestAborted), DoctorJson.Default.DoctorReport);

    private async Task BundleAsync(HttpContext http)
    {
        var archive = bundle.Write(await doctor.LookAsync(fixes: false, http.RequestAborted));
        http.Response.ContentType = "application/zip";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"pryx-support.zip\"";
        await http.Response.Body.WriteAsync(archive, http.RequestAborted);
    }
}
