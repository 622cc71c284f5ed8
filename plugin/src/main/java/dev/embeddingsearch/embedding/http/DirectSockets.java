/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.http;

import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Creates sockets that connect directly. A plain {@link Socket} uses the SOCKS proxy of the JVM, even if the HTTP
 * client is configured to use no proxy.
 */
final class DirectSockets extends SocketFactory {

    @Override
    public Socket createSocket() {
        return new Socket(Proxy.NO_PROXY);
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
        throw connected();
    }

    /** A factory that connects would resolve names itself and bypass {@link AddressGuard}. */
    private static UnsupportedOperationException connected() {
        return new UnsupportedOperationException("expected a request for a socket that is not connected yet");
    }
}
