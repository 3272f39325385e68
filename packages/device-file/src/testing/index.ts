export { fifo, type Pair, pipe, pseudoTerminal, socketPair } from './pairs.ts';
