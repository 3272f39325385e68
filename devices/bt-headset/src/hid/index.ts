export {
  type DescriptorFault,
  type HidField,
  parseReportDescriptor,
  type ReportDescriptor,
} from './report-descriptor.ts';
export { type HidAct, type HidKey, type HidLamps, TelephonyHeadset } from './telephony-headset.ts';
