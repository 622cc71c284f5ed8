/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Cuts source text into functions, methods, skeletons of types and the rest of a file. Knows text and languages; files,
 * networks and documents stay outside.
 */
package dev.embeddingsearch.codeindexer.split;
