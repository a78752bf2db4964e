namespace Pryx.Providers.Tests.Http;

/// <summary>Replies as the vendors' documentation shows them.</summary>
internal static class Canned
{
    public const string Chat = """
        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning_content":"Let me "},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"reasoning_content":"think."},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Hello "},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"wörld 😀"},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"read_file","arguments":""}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"pa"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_b","type":"function","function":{"name":"list_dir","arguments":"{\"path\""}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"th\":\"ä.txt\"}"}},{"index":1,"function":{"arguments":": \".\"}"}}]},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

        data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":7}}}

        data: [DONE]


        """;

    public const string Responses = """
        event: response.created
        data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","status":"in_progress","output":[]}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}

        event: response.reasoning_summary_text.delta
        data: {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"Let me think."}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Let me think."}],"encrypted_content":"gAAAsecret=="}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]}}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","output_index":1,"item_id":"msg_1","content_index":0,"delta":"Hello "}

        event: response.output_text.delta
        data: {"type":"response.output_text.delta","output_index":1,"item_id":"msg_1","content_index":0,"delta":"wörld 😀"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello wörld 😀"}]}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"fc_a","call_id":"call_a","name":"read_file","arguments":""}}

        event: response.output_item.added
        data: {"type":"response.output_item.added","output_index":3,"item":{"type":"function_call","id":"fc_b","call_id":"call_b","name":"list_dir","arguments":""}}

        event: response.function_call_arguments.delta
        data: {"type":"response.function_call_arguments.delta","output_index":2,"item_id":"fc_a","delta":"{\"path\":\"ä.txt\"}"}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","id":"fc_a","call_id":"call_a","name":"read_file","arguments":"{\"path\":\"ä.txt\"}","status":"completed"}}

        event: response.output_item.done
        data: {"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","id":"fc_b","call_id":"call_b","name":"list_dir","arguments":"{\"path\": \".\"}","status":"completed"}}

        event: response.completed
        data: {"type":"response.completed","response":{"id":"resp_1","status":"completed","incomplete_details":null,"error":null,"output":[],"usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":7},"total_tokens":120}}}


        """;

    public const string Anthropic = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":30,"cache_creation_input_tokens":10,"cache_read_input_tokens":60,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: ping
        data: {"type":"ping"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Let me think."}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCg=="}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"EncryptedStuff"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: content_block_start
        data: {"type":"content_block_start","index":2,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"Hello "}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"wörld 😀"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":2}

        event: content_block_start
        data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_a","name":"read_file","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"path\":"}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"\"ä.txt\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":3}

        event: content_block_start
        data: {"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_b","name":"list_dir","input":{}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"path\": \".\"}"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":4}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":20}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    public const string Gemini = """
        data: {"candidates":[{"content":{"parts":[{"text":"Let me ","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"totalTokenCount":100},"modelVersion":"gemini-3-x","responseId":"abc"}

        data: {"candidates":[{"content":{"parts":[{"text":"think.","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"thoughtsTokenCount":7,"totalTokenCount":107}}

        data: {"candidates":[{"content":{"parts":[{"text":"Hello "}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":2,"thoughtsTokenCount":7,"totalTokenCount":109}}

        data: {"candidates":[{"content":{"parts":[{"text":"wörld 😀"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":3,"thoughtsTokenCount":7,"totalTokenCount":110}}

        data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"read_file","args":{"path":"ä.txt"},"id":"a1"},"thoughtSignature":"CpQBAY89"}],"role":"model"},"index":0}]}

        data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"list_dir","args":{"path": "."},"id":"b2"}}],"role":"model"},"index":0}]}

        data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":13,"cachedContentTokenCount":60,"thoughtsTokenCount":7,"totalTokenCount":120,"promptTokensDetails":[{"modality":"TEXT","tokenCount":100}]}}


        """;

    public const string Ollama = """
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"Let me "},"done":false}
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"think."},"done":false}
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hello "},"done":false}
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"wörld 😀"},"done":false}
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_a","function":{"index":0,"name":"read_file","arguments":{"path":"ä.txt"}}}]},"done":false}
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_b","function":{"name":"list_dir","arguments":{"path": "."}}}]},"done":false}
        {"model":"llama-x","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":1,"prompt_eval_count":100,"eval_count":20}

        """;
}
