/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.net.UnknownHostException;

/** A host name resolves to an address outside the public internet, and the allow-list does not name the host. */
final class InsideAddressException extends UnknownHostException {

    InsideAddressException(String host) {
        super("host [" + host + "] resolves to a private, loopback or otherwise inside address; if the service is meant"
                + " to be there, name the host in full in [embedding.url_allowlist]");
    }
}
