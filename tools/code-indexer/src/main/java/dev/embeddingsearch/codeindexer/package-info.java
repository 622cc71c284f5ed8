/* SPDX-License-Identifier: Apache-2.0 */
/** The command line: options in, words out. */
package dev.embeddingsearch.codeindexer;
