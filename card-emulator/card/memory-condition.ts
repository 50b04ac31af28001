/**
 * How well the memory of a card still works. `worn`: a write is done, and answered with the warning
 * 71. `failed`: a write is not done, and answered with the error 70 (M617 §4.5.2).
 */
export type MemoryCondition = 'sound' | 'worn' | 'failed';
