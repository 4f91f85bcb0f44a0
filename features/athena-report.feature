@polling @job
Feature: Finance gets the sales of each day from Athena

  Rule: The first version asks without a pause and reads without looking

    Background:
      Given the state machine "../scenarios/athena-report/flawed.asl.json"

    Scenario: The total of a day is mailed
      Given the mocks "../scenarios/athena-report/flawed.mocks.json#Sales"
      When nothing goes wrong
      Then the request of MailTotal at $.Message is "Sales of 2026-03-14: 184220"

    Scenario: A day without sales has no second row to read
      Given the mocks "../scenarios/athena-report/flawed.mocks.json#NoSales"
      When nothing goes wrong
      Then the execution fails with States.Runtime
      And MailTotal is never entered
      And there is a high finding of missing-path at ReadTotal

    Scenario: A cancelled query meets a Choice that has no rule for it
      Given the mocks "../scenarios/athena-report/flawed.mocks.json#Sales"
      When GetQuery reports the status CANCELLED every time
      Then the execution fails with States.Runtime
      And the cause contains "Failed to transition out of the state"
      And QueryFailed is never entered

    @slow
    Scenario: A long query fills the history with questions
      Given the mocks "../scenarios/athena-report/flawed.mocks.json#Sales"
      When GetQuery reports the status RUNNING every time
      Then the execution fails with States.Runtime
      And the cause contains "maximum number of history events"
      And the execution ends within 10 minutes
      And there is a finding of history-limit at IsDone

  Rule: The repaired version lets Step Functions wait, and looks before it reads

    Background:
      Given the state machine "../scenarios/athena-report/repaired.asl.json"
      And the mocks "../scenarios/athena-report/repaired.mocks.json#Sales"

    Scenario Outline: With <day> the mail says "<message>"
      Given the mocks "../scenarios/athena-report/repaired.mocks.json#<day>"
      When nothing goes wrong
      Then <mail> is entered
      And the request of <mail> at $.Message is "<message>"
      And the execution succeeds

      Examples:
        | day     | mail            | message                        |
        | Sales   | MailTotal       | Sales of 2026-03-14: 184220    |
        | NoSales | MailNothingSold | Nothing was sold on 2026-03-14 |

    Scenario: A query that fails is told to the operators
      When the job of RunQuery fails
      Then RunQuery catches States.TaskFailed and goes to TellOperators
      And the execution fails with NotMailed

    Scenario: A query that somebody cancels is told to the operators
      When RunQuery reports the status CANCELLED
      Then the execution takes this route:
        | RunQuery      |
        | TellOperators |
        | NotMailed     |

    @slow
    Scenario: A query that never ends is given up after half an hour
      When the job of RunQuery never ends
      Then RunQuery catches States.Timeout
      And TellOperators is entered after at least 30 minutes
      And the execution fails with NotMailed

    Scenario: Athena gets a token, so that a second start is the same query
      Given the execution is named "nightly-2026-03-14"
      When RunQuery is throttled twice
      Then RunQuery is attempted 3 times
      And the request of RunQuery at $.ClientRequestToken matches "nightly-2026-03-14$"
      And the execution succeeds
