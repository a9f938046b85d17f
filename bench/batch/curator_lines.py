"""Runs a file of requests with Curator: FILE BASE-URL AT-ONCE. Prints how many were answered."""

import json
import os
import sys
import urllib.request
from pathlib import Path

import litellm

# It counts tokens with a table that it would load from the internet; LiteLLM brings the same one.
os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(litellm.__file__).parent / "litellm_core_utils" / "tokenizers")

from bespokelabs import curator  # noqa: E402

file, base_url, at_once = sys.argv[1:]
most = 10**9


class Ask(curator.LLM):
    def prompt(self, line):
        return line["messages"]

    def parse(self, line, response):
        return {"custom_id": line["custom_id"], "text": response}


with open(file) as lines:
    asked = [json.loads(line) for line in lines]
ask = Ask(
    model_name="gpt-4o-mini",
    backend="openai",
    backend_params={
        "base_url": base_url,
        "api_key": "any",
        "max_concurrent_requests": int(at_once),
        "max_requests_per_minute": most,
        "max_tokens_per_minute": most,
        "max_retries": 0,
    },
)
# It has asked once for the provider's limits: the provider counts from here.
urllib.request.urlopen(base_url).read()
answered = ask([{"custom_id": one["custom_id"], "messages": one["body"]["messages"]} for one in asked])
print(len(answered.dataset))
