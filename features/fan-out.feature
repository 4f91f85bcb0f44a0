@map
Feature: The invoices of a month are rendered and queued for the mail
  One item of a Map for each invoice. The role of `render-invoice` as an effect stands in chaos.toml.

  Rule: The first version throws the month away with one bad invoice

    Background:
      Given the state machine "../scenarios/fan-out/flawed.asl.json"

    Scenario: Every invoice is rendered and queued once
      When nothing goes wrong
      Then RenderInvoice is entered 3 times
      And QueueMail takes effect 3 times
      And the execution ends in AllMailed

    @slow
    Scenario: One bad invoice is retried for 17 hours, and then discards the others
      When RenderInvoice fails with an unexpected error in item 1 every time
      Then RenderAll[1]/RenderInvoice is attempted 11 times
      And TellAccounting is entered after at least 17 hours
      And RenderAll catches Chaos.UnexpectedError and goes to TellAccounting
      And the input of TellAccounting at $.mailed does not exist
      And the execution fails with InvoicesIncomplete

    Scenario: A retried send mails an invoice twice
      When QueueMail succeeds but its answer is lost in item 0
      Then QueueMail takes effect 4 times
      And there is a critical finding of effect-repeated at QueueMail

    @slow
    Scenario: The second catcher is never reached
      When RenderInvoice is throttled in item 2 every time
      Then RetryTomorrow is never entered
      And the execution fails with InvoicesIncomplete

    @slow
    Scenario: What is found when everything goes wrong
      When everything that can go wrong goes wrong
      Then there is a finding of retry-budget at RenderInvoice
      And there is a finding of item-failure-discards-siblings at RenderAll
      And there is a finding of catch-shadowed at RenderAll

  Rule: The repaired version keeps each failure in its item

    Background:
      Given the state machine "../scenarios/fan-out/repaired.asl.json"

    Scenario: One bad invoice is listed, and the others are mailed
      When RenderInvoice fails with NoTemplate in item 1
      Then QueueMail takes effect twice
      And the input of TellAccounting at $.result.missing is [{"invoiceId": "inv-2", "mailed": false, "error": "NoTemplate"}]
      And the execution fails with InvoicesIncomplete

    Scenario: A send whose answer is lost is not repeated
      When QueueMail succeeds but reports SQS.SdkClientException in item 0
      Then the request of QueueMail at $.MessageDeduplicationId exists
      And there is no finding of effect-repeated
      And the execution succeeds

    Scenario: Throttling of all items at once passes
      When RenderInvoice is throttled in every item
      Then RenderInvoice is attempted 6 times
      And the execution succeeds

    Scenario: A month may have any number of invoices
      Given these inputs:
        | name  | $.month   | $.invoices                           |
        | none  | "2026-02" | []                                   |
        | one   | "2026-02" | [{"id": "inv-1"}]                    |
        | three | "2026-02" | [{"id": "a"}, {"id": "b"}, {"id": "c"}] |
      When nothing goes wrong
      Then the execution succeeds
      And the output at $.result.missing is []

    Scenario: Under any single fault no invoice is missing unnoticed
      When any single fault strikes
      Then the execution succeeds or fails with InvoicesIncomplete
      And every failure is visible
      And there are no findings above low
