// A provider of the AI SDK that fails in Holdfast's terms.
import { customProvider } from 'ai';
import { withHoldfast } from 'holdfast/ai-sdk';

const provider = withHoldfast(customProvider({ languageModels: {} }));
console.log(typeof provider.languageModel);
