import { Aliases, captionOf } from './aliases.ts';
import type { Ladder } from './ladder.ts';

/**
 * The ladder without what differs from run to run: Call-IDs become C1, C2…, tags T1…, branches B1…; ports, times and
 * repeated messages are gone. Two ladders are the same flow when their canonical texts are equal.
 */
export function canonicalText(ladder: Ladder): string {
  const calls = new Aliases('C');
  const tags = new Aliases('T');
  const branches = new Aliases('B');
  const tag = (text: string | undefined) => (text === undefined ? '-' : tags.of(text));
  const lines: string[] = [];
  for (const step of ladder.steps) {
    if (step.again) continue;
    const words = [
      `${step.from} -> ${step.to}: ${captionOf(step)}`,
      calls.of(step.callId),
      `${step.cseq.number} ${step.cseq.method}`,
      `from ${tag(step.fromTag)} to ${tag(step.toTag)} ${branches.of(step.branch)}`,
    ];
    if (step.sdp !== undefined) words.push(`sdp ${step.sdp}`);
    if (step.referTo !== undefined) words.push(`Refer-To ${step.referTo.uri.replace(/:\d+(?=[;>]|$)/, '')}`);
    if (step.replaces !== undefined) words.push(`Replaces ${replaces(step.replaces, calls, tags)}`);
    if (step.event !== undefined) words.push(`Event ${step.event}`);
    if (step.subscription !== undefined) words.push(step.subscription.replace(/expires=\d+/, 'expires=N'));
    if (step.sipfrag !== undefined) words.push(`sipfrag ${step.sipfrag}`);
    lines.push(words.join(' | '));
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function replaces(value: string, calls: Aliases, tags: Aliases): string {
  const [callId = '', ...params] = value.split(';').map((part) => part.trim());
  const named = params.map((param) => {
    const [name = '', text] = param.split('=');
    return text === undefined ? name : `${name}=${tags.of(text)}`;
  });
  return [calls.of(callId), ...named].join(';');
}
