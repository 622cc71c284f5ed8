/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A local server that speaks OpenAI's embeddings API on small models inside its own process: for people without a key,
 * and for tests. Nothing here leaves the machine.
 */
package dev.embeddingsearch.server;
