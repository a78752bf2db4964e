using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Pryx.Core.Access;

namespace Pryx.Core.Hosting;

/// <summary>The address of a gateway inside this process.</summary>
internal sealed class PipeEndPoint : EndPoint
{
    public static PipeEndPoint Instance { get; } = new();

    public override string ToString() => "pipe";
}

/// <summary>Connections of this process to itself: two pipes each, no socket.</summary>
internal sealed class PipeListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<ConnectionContext> _waiting = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint => PipeEndPoint.Instance;

    public bool CanBind(EndPoint endpoint) => endpoint is PipeEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public HttpMessageInvoker CreateHttp() => new(new SocketsHttpHandler { ConnectCallback = (_, _) => new(Connect()), UseProxy = false, AllowAutoRedirect = false });

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private DuplexStream Connect()
    {
        var toServer = new Pipe();
        var toClient = new Pipe();
        if (!_waiting.Writer.TryWrite(new PipeConnection(new Duplex(toServer.Reader, toClient.Writer))))
        {
            throw new IOException("The gateway in this process has ended.");
        }
        return new DuplexStream(toClient.Reader.AsStream(), toServer.Writer.AsStream());
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    // Not the framework's own default: its Abort throws from a pool thread.
    private sealed class PipeConnection(IDuplexPipe transport) : ConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");
        public override IFeatureCollection Features { get; } = InProcess();
        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();
        public override IDuplexPipe Transport { get; set; } = transport;
        public override EndPoint? RemoteEndPoint { get; set; } = PipeEndPoint.Instance;
        public override EndPoint? LocalEndPoint { get; set; } = PipeEndPoint.Instance;
        public override CancellationToken ConnectionClosed { get => _closed.Token; set { } }

        public override void Abort(ConnectionAbortedException abortReason)
        {
            _closed.Cancel();
            Transport.Input.CancelPendingRead();
            Transport.Output.CancelPendingFlush();
        }

        private static FeatureCollection InProcess()
        {
            var features = new FeatureCollection();
            features.Set(InProcessConnection.Instance);
            return features;
        }

        public override async ValueTask DisposeAsync()
        {
            await _closed.CancelAsync();
            await Transport.Input.CompleteAsync();
            await Transport.Output.CompleteAsync();
            _closed.Dispose();
            await base.DisposeAsync();
        }
    }

    private sealed class DuplexStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);
        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);
        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);
        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);
        public override void Flush() => output.Flush();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                input.Dispose();
                output.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
