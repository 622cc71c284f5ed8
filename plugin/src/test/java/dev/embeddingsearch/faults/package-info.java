/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A service that speaks the embeddings API and fails in every way services do, with a model of what a client may make of
 * it. Uses the testkit and nothing of the plugin, so that the tests on the real distribution share it.
 */
package dev.embeddingsearch.faults;
