/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The actions of {@code /_plugins/_embedding}, on one node or on all nodes, and their REST handlers. No response has a key;
 * texts are returned only to the sender.
 */
package dev.embeddingsearch.rest;
