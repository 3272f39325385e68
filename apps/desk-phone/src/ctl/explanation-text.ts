import type { TransferExplanation } from '@switchhook/phone/control';

/** `transfer.explain` for a person: what is missing, the REFER as it would go out, each precondition, the tries in order. */
export function describeExplanation(explained: TransferExplanation): readonly string[] {
  const { transferId, kind, state, advice, refer, preconditions, tries } = explained;
  const lines = transferId === null ? [] : [`transfer ${transferId} (${kind}): ${state}`];
  lines.push(...advice);
  if (refer !== null) {
    const where = refer.manner === 'in-dialog' ? 'inside its dialog' : 'out of its dialog';
    lines.push(
      '',
      `The REFER to the ${refer.leg}${refer.callId === null ? '' : ` (call ${refer.callId})`}, ${where}:`,
      `  REFER ${refer.requestUri} SIP/2.0`,
      ...refer.headers.map(([name, value]) => `  ${name}: ${value}`),
      `  (${refer.form === 'contact' ? 'Contact' : 'address of record'} in Refer-To: ${refer.why})`,
    );
  }
  if (preconditions.length > 0) {
    lines.push('', 'Preconditions:');
    for (const { name, holds, detail } of preconditions)
      lines.push(`  ${holds === null ? 'unsaid' : holds ? 'yes' : 'no'}`.padEnd(10) + name.padEnd(22) + detail);
  }
  if (tries.length > 0) {
    lines.push('', 'Tried in this order:');
    tries.forEach(({ name, after, detail }, i) => {
      lines.push(`  ${i + 1}. ${name.padEnd(12)}${detail}${after === '' ? '' : ` (after ${after})`}`);
    });
  }
  return lines.map(plain);
}

/** What the network wrote cannot steer a terminal. */
function plain(line: string): string {
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ');
}
