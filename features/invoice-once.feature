@once
Feature: An order has one invoice, however often the workflow is started for it
  The workflow writes the order down under a condition, makes the invoice and sends it.

  Rule: The first version leaves a record of work that was never done

    Background:
      Given the state machine "../scenarios/invoice-once/flawed.asl.json"

    Scenario: A second start for the same order makes no second invoice
      When the execution starts again with the same input
      Then CreateInvoice takes effect once
      And the execution succeeds

    Scenario: After a failure the next execution takes the order for invoiced
      When CreateInvoice fails with an unexpected error
      And the execution starts again with the same input
      Then the execution ends in AlreadyInvoiced
      And CreateInvoice never takes effect
      And there is a critical finding of record-left-behind at Remember

  Rule: The repaired version lets the next execution take over

    Background:
      Given the state machine "../scenarios/invoice-once/repaired.asl.json"

    Scenario: After a failure the next execution makes the invoice
      When CreateInvoice fails with an unexpected error
      And the execution starts again with the same input after 7 days
      Then the execution succeeds
      And CreateInvoice takes effect once
      And SendInvoice takes effect once

    Scenario: The finance team is told before the execution fails
      When CreateInvoice fails with an unexpected error
      Then MarkFailed is entered before AlertFinance
      And the request of AlertFinance at $.Subject is "An order has no invoice"
      And the execution fails with InvoiceFailed

    @slow
    Scenario: Whatever goes wrong, no record keeps an order without an invoice, but for an execution that somebody stops
      When everything that can go wrong goes wrong
      Then there are no findings above low
