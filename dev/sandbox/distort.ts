/** Ways in which a model's right answer goes wrong, as models really do it. */
export type Distortion = keyof typeof distortions;

const distortions = {
  /** In a code fence with a trailing comma: not JSON, but can be meant in one way only. */
  mendable: (answer: string) => `\`\`\`json\n${answer.replace(/\}\s*$/, ',}')}\n\`\`\``,
  /** Brackets that do not match: the model must be asked again. */
  hopeless: (answer: string) => `${answer.replace(/^\{/, '{"draft": [}]:::{')}`,
  /** Good JSON in another shape: the answer wrapped in a field that was not asked for. */
  wrongShape: (answer: string) => `{"answer": ${answer}}`,
};

/** The right answer as a model would spoil it. */
export function distortAnswer(how: Distortion, answer: string): string {
  return distortions[how](answer);
}
