/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.codeindexer.index;

/**
 * One thing to do in a bulk request.
 *
 * @param lines as the request has them, the last ended
 */
record Action(String id, String lines) {}
