Feature: An order gets its invoice

  Background:
    Given the state machine "../workflows/invoice.asl.json"
    And the input:
      """
      { "orderId": "order-1" }
      """

  Scenario: A busy function is asked again
    When MakeInvoice is throttled 3 times
    Then the execution succeeds
    And MakeInvoice is attempted 4 times

  Scenario: A function that stays busy leaves no invoice, visibly
    When MakeInvoice is throttled 4 times
    Then the execution fails with NoInvoice
