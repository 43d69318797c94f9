package io.homeport.core;

/// What exceptions implement that are nobody's mistake: something the server stands on, such as its
/// disk, is out of order for now. Whoever asked may try again later; the message is for the
/// operator.
public interface Outage {}
