/*
 * Loaded before every program. Whoever reads the output may stop before its end, as `head` does: what
 * the program does goes on, and only its words are lost.
 */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
