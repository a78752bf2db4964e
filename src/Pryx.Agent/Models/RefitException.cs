using Pryx.Protocol.Models;

namespace Pryx.Agent.Models;

/// <summary>Another model steps in whose window the request is too large for: it has to be made to fit that one, then asked again. Nothing was sent to it.</summary>
/// <param name="model">The route's current one from here on.</param>
/// <param name="cause">Why the one before it does not answer; null when it was not asked.</param>
public sealed class RefitException(ModelInfo model, ModelException? cause) : Exception($"The request is too large for {model.Ref}.", cause)
{
    public ModelInfo Model => model;

    /// <summary>Why the one before it does not answer.</summary>
    public ModelException? Cause => InnerException as ModelException;
}
