/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Finds the source files of a folder, leaves out what nobody wrote, and reads them whatever they hold. Knows nothing of
 * what is made of them.
 */
package dev.embeddingsearch.codeindexer.walk;
