"""Makes one call for each prompt, all at once, as an application with OpenAI's client does.

Its own two retries are left on; a stream that breaks is asked for again by the application, once.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import openai

asked = json.loads(sys.argv[1])
client = openai.OpenAI(
    base_url=asked["baseUrl"], api_key="any", default_headers=asked["headers"], timeout=asked["timeoutSeconds"]
)


def once(call, is_stream):
    messages = [{"role": "user", "content": call["prompt"]}]
    answer = client.chat.completions.create(model=call["model"], messages=messages, stream=is_stream)
    if not is_stream:
        return answer.choices[0].finish_reason == "stop"
    ends = [choice.finish_reason for chunk in answer for choice in chunk.choices]
    return "stop" in ends


def made(call):
    is_stream = call["isStream"]
    for _ in range(2 if is_stream else 1):
        try:
            if once(call, is_stream):
                return True
        except Exception:
            pass
    return False


with ThreadPoolExecutor(16) as pool:
    print(json.dumps(list(pool.map(made, asked["calls"]))))
