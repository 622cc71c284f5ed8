/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.opensearch.common.util.concurrent.ListenableFuture;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.core.action.ActionListener;
import org.opensearch.http.HttpChannel;
import org.opensearch.http.HttpResponse;

/** The connection of one request that does not come over HTTP. It is closed afterwards, since nodes remember it until then. */
final class RequestChannel implements HttpChannel {

    private final ListenableFuture<Void> closed = new ListenableFuture<>();

    @Override
    public void sendResponse(HttpResponse response, ActionListener<Void> listener) {
        throw new UnsupportedOperationException("answers come by the channel of the request");
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9200);
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public void addCloseListener(ActionListener<Void> listener) {
        closed.addListener(listener, OpenSearchExecutors.newDirectExecutorService());
    }

    @Override
    public boolean isOpen() {
        return !closed.isDone();
    }

    @Override
    public void close() {
        closed.onResponse(null);
    }
}
