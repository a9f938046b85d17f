"""What an application in Python does with OpenAI's own client; its base URL is the only change.

Prints one line of JSON: what it got, and hashes of the bytes that went over the wire.
"""

import hashlib
import json
import sys

import httpx2
import openai
from pydantic import BaseModel

sent = []


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def note_request(request):
    sent.append(sha256(request.read().replace(b'"openai:', b'"')))


client = openai.OpenAI(
    base_url=sys.argv[1],
    api_key="any",
    http_client=httpx2.Client(event_hooks={"request": [note_request]}),
)


class Lamp(BaseModel):
    name: str
    broken: bool


lookup = {
    "type": "function",
    "function": {"name": "lookup", "parameters": {"type": "object", "properties": {"id": {"type": "string"}}}},
}
picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
asked = {
    "model": "openai:gpt-4o",
    "messages": [{"role": "user", "content": [{"type": "text", "text": "Grüße ☃ 𝄞"}, picture]}],
    "tools": [lookup],
    "logprobs": True,
    "seed": 2**63 - 1,
    "extra_body": {"field_of_tomorrow": {"deep": [1.0, 1e2]}},
}

got = {}
raw = client.chat.completions.with_raw_response.create(**asked)
whole = raw.parse()
got["whole"] = sha256(raw.content)
got["tool"] = whole.choices[0].message.tool_calls[0].function.arguments
got["logprob"] = whole.choices[0].logprobs.content[0].logprob
got["unknown"] = whole.choices[0].model_extra["note_of_tomorrow"]

parsed = client.chat.completions.parse(
    model="openai:structured", messages=[{"role": "user", "content": "A lamp"}], response_format=Lamp
)
got["structured"] = parsed.choices[0].message.parsed.model_dump()

got["embedding"] = client.embeddings.create(model="openai:embed", input=["x"]).data[0].embedding

with client.chat.completions.with_streaming_response.create(**asked, stream=True) as streamed:
    got["streamed"] = sha256(b"".join(streamed.iter_bytes()))
text = ""
for chunk in client.chat.completions.create(**asked, stream=True):
    text += chunk.choices[0].delta.content or "" if chunk.choices else ""
got["text"] = text

got["response"] = client.responses.create(model="openai:gpt-4o", input="Hello").output_text

# Its own two retries are on: the gateway's word keeps it from making three calls of one.
try:
    client.chat.completions.create(model="openai:refuses", messages=[{"role": "user", "content": "x"}])
except openai.APIStatusError as error:
    got["refused"] = [error.status_code, error.code]

# Fails once with 503: a workflow of the gateway's goes on with it, unseen.
again = client.chat.completions.create(model="openai:flaky", messages=[{"role": "user", "content": "x"}])
got["flaky"] = again.choices[0].message.content

got["sent"] = sent
print(json.dumps(got))
