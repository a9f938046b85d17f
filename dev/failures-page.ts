import { families } from '../src/calls/provider/families/families.ts';
import { limitParameters, structuredForms } from '../src/calls/provider/families/family.ts';
import { declarableFinishes } from '../src/calls/provider/families/finish-reasons.ts';
import { allFailureTypes, type FailureType, failureTypes } from '../src/failures/failure-types.ts';
import { whatToDo } from '../src/failures/what-to-do.ts';
import { catalogue } from '../src/policies/catalogue.ts';

const retried = {
  retry: () => 'yes',
  limited: (type: FailureType) => `up to ${catalogue.model.attemptsByType[type]} attempts`,
  fail: () => 'no',
  park: () => 'no: a person can cure it',
};

/** The page for users on failure types and dialects, from the tables that the code itself reads. */
export function failuresPage(): string {
  const types = allFailureTypes.map((type) => {
    const { treatment, meaning } = failureTypes[type];
    return `| \`${type}\` | ${retried[treatment](type)} | ${meaning} | ${whatToDo[type]} |`;
  });
  const dialects = Object.entries(families).map(
    ([name, { answer, dialects: known }]) => `| \`${name}\` | ${answer} | ${known.join(', ')} |`,
  );
  return `# Failure types

Whatever goes wrong in a call or an effect has one of these types. It is the \`type\` of the failure
in the Temporal UI, what \`nonRetryableErrorTypes\` and \`attemptsByType\` of a policy list, and
\`failureType\` in the worker's log.

| type | retried | what it is | what to do |
|---|---|---|---|
${types.join('\n')}

"Retried" is within the policy: its attempts, its budgets, and its cap on Retry-After. A wait longer
than that cap is \`QuotaExhausted\`.

## How an answer is read

Status, headers and body decide together, by a table that is read from top to bottom: codes and
messages that leave no doubt come before what a status says by habit. A 429 can be a matter of money,
a 400 one of credentials, a 200 an error.

- Proxies wrap: the upstream's error is JSON within a message, within a field, within a list. The
  innermost error that the table knows decides.
- Codes come before sentences: they are the same in every language.
- Money, days and months are \`QuotaExhausted\` under any status; minutes and seconds are
  \`RateLimited\`, also where the sentence speaks of a quota.
- The provider's own \`x-should-retry\` overrules what the status says, but no code that the table
  knows. A failure that may pass, but that the provider forbids to retry, keeps its type.
- Retry-After is read from \`retry-after-ms\`, \`retry-after\` in seconds or as a date, Google's
  \`RetryInfo\`, fields of the body (\`retry_after\`, \`estimated_time\`), the message ("try again in
  1.3s", "wait 5 seconds", also in other languages), and the reset of the limit that is used up
  (\`x-ratelimit-reset*\`, \`anthropic-ratelimit-*-reset\`, \`ratelimit\`), in this order. It is a floor under the policy's own delay.
- What no row knows is permanent as 4xx and transient as 5xx. It is logged as
  \`attempt.unclassified\` with its shape (status, content type, size, known field names), never with
  its content; so is a code that no row knows, whatever decided.
- The reason in a failure's message is from a closed list, or the provider's code (letters, digits,
  \`.\`, \`_\` and \`-\`), so that it can be looked up. Texts of a provider are matched, but never shown:
  they may hold prompts or keys.

## Families and their dialects

A provider has a family: how it is spoken to, and whose errors it sends. Servers of a family are not
told apart by configuration; one table understands them all.

| family | what it answers with | understood and tested |
|---|---|---|
${dialects.join('\n')}

What a server takes is known or found out: a form of asking for a shape that it refuses is stepped down
from (a JSON Schema strictly, a JSON Schema, any JSON object, the prompt alone), an attempt each, and what
worked is kept for an hour. An entry of the providers file can say it beforehand: \`structuredOutput\`
(${structuredForms.map((form) => `\`${form}\``).join(', ')}), \`limitParameter\`
(${limitParameters.map((name) => `\`${name}\``).join(', ')}), and \`finishReasons\`, which says what a reason
means that no table has: \`{"finishReasons": {"my_end": "stop"}}\`
(${declarableFinishes.map((finish) => `\`${finish}\``).join(', ')}). A limit of tokens that nobody asked for is
not sent to models that reason; one of Holdfast's own that is too large is lowered to what the provider says.

This page is generated from \`src/failures/\` and \`src/calls/provider/families/\` by \`node dev/write-schemas.ts\`.
`;
}
