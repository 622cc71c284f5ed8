/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.model.Models;

/**
 * The services that the actions of one node use.
 *
 * @param client calls the service for every text
 * @param embedder calls the service only for texts that are not in the cache
 */
public record NodeServices(Models models, Embedder client, Embedder embedder, NodeCounters counters) {}
