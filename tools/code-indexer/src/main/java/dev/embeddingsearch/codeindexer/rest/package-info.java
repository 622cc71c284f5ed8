/* SPDX-License-Identifier: Apache-2.0 */
/** Talks to OpenSearch over HTTP. Knows JSON and statuses, nothing of code. */
package dev.embeddingsearch.codeindexer.rest;
