"""What an application in Python does with OpenAI's own client and its Batch API; prints one line of JSON."""

import json
import sys
import time

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="any")
count = 300
got = {}


def line(nth):
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"question {nth}"}]}
    return json.dumps({"custom_id": f"q-{nth}", "method": "POST", "url": "/v1/chat/completions", "body": body})


content = "\n".join(line(nth) for nth in range(count)) + "\n"
file = client.files.create(file=("asks.jsonl", content.encode()), purpose="batch")
got["file"] = [file.status, file.purpose, client.files.content(file.id).text.count("\n")]
batch = client.batches.create(
    input_file_id=file.id,
    endpoint="/v1/chat/completions",
    completion_window="24h",
    output_expires_after={"anchor": "created_at", "seconds": 3600},
)
while batch.status in ("validating", "in_progress", "finalizing"):
    time.sleep(0.2)
    batch = client.batches.retrieve(batch.id)
counts = batch.request_counts
got["completed"] = [batch.status, counts.completed, counts.failed]
answers = [json.loads(each) for each in client.files.content(batch.output_file_id).text.splitlines()]
expected = [(f"q-{nth}", f"echo question {nth}") for nth in range(count)]
assert expected == [
    (each["custom_id"], each["response"]["body"]["choices"][0]["message"]["content"]) for each in answers
]
got["answered"] = len(answers)
got["expires"] = client.files.retrieve(batch.output_file_id).expires_at - batch.completed_at

got["batches"] = batch.id in [each.id for each in client.batches.list(limit=1)]
got["inputs"] = all(each.purpose == "batch" for each in client.files.list(purpose="batch", limit=1))

for name, call in {
    "unknown": lambda: client.batches.retrieve("batch_unknown"),
    "window": lambda: client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="soon"
    ),
}.items():
    try:
        call()
    except openai.APIStatusError as error:
        got[name] = [error.status_code, error.param or error.code]
got["deleted"] = client.files.delete(file.id).deleted
print(json.dumps(got))
