/* SPDX-License-Identifier: Apache-2.0 */
/** Asks the index and picks from each hit the lines to show. */
package dev.embeddingsearch.codeindexer.search;
