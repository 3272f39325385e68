/** Why octets are no message that we take. */
export type MessageFault =
  | 'empty'
  | 'start-line'
  | 'start-line-too-long'
  | 'version'
  | 'status-code'
  | 'header'
  | 'header-too-long'
  | 'head-too-long'
  | 'too-many-headers'
  | 'too-many-vias'
  | 'too-many-values'
  | 'repeated-header'
  | 'missing-header'
  | 'via'
  | 'address'
  | 'call-id'
  | 'cseq'
  | 'method-mismatch'
  | 'content-length'
  | 'truncated'
  | 'body-too-long'
  | 'message-too-long';

/** The status with which a request of this fault is answered, when it can be answered at all. */
export function faultStatus(fault: MessageFault): number {
  switch (fault) {
    case 'version':
      return 505;
    case 'start-line-too-long':
      return 414;
    case 'too-many-vias':
      return 483;
    case 'body-too-long':
      return 413;
    case 'message-too-long':
    case 'head-too-long':
      return 513;
    case 'empty':
    case 'start-line':
    case 'status-code':
    case 'header':
    case 'header-too-long':
    case 'too-many-headers':
    case 'too-many-values':
    case 'repeated-header':
    case 'missing-header':
    case 'via':
    case 'address':
    case 'call-id':
    case 'cseq':
    case 'method-mismatch':
    case 'content-length':
    case 'truncated':
      return 400;
    default:
      throw new Error(`no such fault: ${fault satisfies never}`);
  }
}
